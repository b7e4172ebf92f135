import { hasTemporal, openDevServer } from '../../../test/temporal/dev-server.ts'
import { bundleShellOnce, newTaskQueue, openTemporal, quietTemporal } from '../../../test/temporal/open-temporal.ts'
import { openTestDatabase } from '../../testing/databases.ts'
import { testEngine } from '../../testing/test-engine.ts'

if (await hasTemporal()) {
  testEngine('Temporal', {
    concurrent: true,
    create: async (registry) => {
      quietTemporal()
      const [server, opened, workflowBundle] = await Promise.all([
        openDevServer(),
        openTestDatabase('PGlite'),
        bundleShellOnce(),
      ])
      const { address } = server
      const engine = await openTemporal(opened.database, registry, {
        address,
        workflowBundle,
        taskQueue: newTaskQueue(),
      })
      return {
        ...engine,
        close: async () => {
          await engine.close()
          await opened.close()
          await server.stop()
        },
      }
    },
  })
}
