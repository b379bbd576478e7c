export function stampBuild(root?: string): void;
export function staleBuild(root?: string): string | undefined;
