export type { TemporalEngineOptions } from './options.ts'
export { temporalEngine } from './temporal-engine.ts'
