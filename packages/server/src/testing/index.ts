export {
  findTenantLeaks,
  type IsolationIds,
  type IsolationLeak,
  type IsolationTarget,
  isolationRoutes,
} from './tenant-isolation.ts'
export { testIdentity } from './test-identity.ts'
export { type TestKeyProvider, testKeyProvider } from './test-key-provider.ts'
