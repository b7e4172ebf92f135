export function scopeSheet(css: string): string
export function checkSheet(name: string, css: string): string[]
export function composeStyles(): Promise<string>
export function buildStyles(): Promise<void>
