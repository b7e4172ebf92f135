// OpenWorkflow: each step is a row in the Postgres of the bench; a worker claims the run and executes it.
import { OpenWorkflow } from 'openworkflow'
import { BackendPostgres } from 'openworkflow/postgres'
import { STEPS, servePeer } from './peer-process.mjs'

await servePeer(async ({ url }) => {
  let onStep = () => undefined
  const backend = await BackendPostgres.connect(url)
  const client = new OpenWorkflow({ backend })
  const workflow = client.defineWorkflow({ name: 'steps' }, async ({ step }) => {
    let count = 0
    for (let index = 0; index < STEPS; index += 1) {
      const before = count
      count = await step.run({ name: `step-${index}` }, async () => {
        onStep()
        return before + 1
      })
    }
    return count
  })
  const worker = client.newWorker({ concurrency: 4 })
  await worker.start()
  return {
    run: async (each) => {
      onStep = each
      await (await workflow.run({})).result()
    },
    close: async () => {
      await worker.stop()
      await backend.stop()
    },
  }
})
