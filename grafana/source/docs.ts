/** Where the documentation of this version can be read; docs/monitoring.md says how to put another place in. */
export const DOCS_URL = 'https://smearwatch.example/docs';
