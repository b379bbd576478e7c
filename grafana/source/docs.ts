/** The URL of this version's documentation; docs/monitoring.md says how to set another one. */
export const DOCS_URL = 'https://smearwatch.example/docs';
