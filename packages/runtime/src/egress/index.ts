export { createEgress, type Egress, type EgressOptions } from './create-egress.ts'
export type { ResolveHost } from './guarded-agent.ts'
