export {
  findTenantLeaks,
  type IsolationIds,
  type IsolationLeak,
  type IsolationTarget,
  isolationRoutes,
} from './tenant-isolation.ts'
export { testIdentity } from './test-identity.ts'
