// DBOS Transact: each step is a row in its system database, in the Postgres of the bench.
import { DBOS } from '@dbos-inc/dbos-sdk'
import { STEPS, servePeer } from './peer-process.mjs'

await servePeer(async ({ url }) => {
  let onStep = () => undefined
  DBOS.setConfig({ name: 'tenon-bench', systemDatabaseUrl: url, logLevel: 'error', enableOTLP: false })
  const steps = DBOS.registerWorkflow(
    async (/** @type {number} */ input) => {
      let count = input
      for (let step = 0; step < STEPS; step += 1) {
        const before = count
        count = await DBOS.runStep(
          async () => {
            onStep()
            return before + 1
          },
          { name: `step-${step}` },
        )
      }
      return count
    },
    { name: 'steps' },
  )
  await DBOS.launch()
  return {
    run: async (each) => {
      onStep = each
      await steps(0)
    },
    close: () => DBOS.shutdown(),
  }
})
