export { createEgress, type Egress, type EgressOptions } from './egress.ts'
export type { ResolveHost } from './guarded-agent.ts'
