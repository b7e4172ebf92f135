import type { FileRef } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { createDataTables } from '../../data-tables/data-tables.ts'
import { createFiles } from '../../files/files.ts'
import { prepareRerun } from '../../rerun/prepare-rerun.ts'
import { deleteRun } from '../../retention/delete-run.ts'
import { drivenRun, startRun } from '../run-driver.ts'
import { ofType, type SuiteGroup } from './suite-context.ts'

const TEXT = 'x'.repeat(20_000)

/** start > work > end, with a large value as input and output. */
const WORKER = workflow(
  [
    node('start', 'start'),
    node('work', 'probe', { output: { got: '{{input.text}}' }, isGated: true }),
    node('end', 'end', { output: '{{nodes.work.output}}' }),
  ],
  ['start>work', 'work>end'],
)
/** start > work > end: work reads the file of the input, and stores another one. */
const FILER = workflow(
  [
    node('start', 'start'),
    // Too large for the log, so that a rerun reuses a stored value.
    node('work', 'probe', { file: '{{input.file}}', output: { text: TEXT } }),
    node('end', 'end', { output: { copy: '{{nodes.work.output.copy}}' } }),
  ],
  ['start>work', 'work>end'],
)
/** start > work > end: work changes data, and fails once. */
const KEEPER = workflow(
  [
    node('start', 'start'),
    {
      ...node('work', 'probe', { table: '{{input.table}}', failures: 1 }),
      policy: { retry: { initialInterval: '1ms', backoffCoefficient: 1, maximumInterval: '1ms', maximumAttempts: 2 } },
    },
    node('end', 'end', { output: '{{nodes.work.output}}' }),
  ],
  ['start>work', 'work>end'],
)
const CALLER = workflow(
  [
    node('start', 'start'),
    node('call', 'child', { workflow: 'worker', input: { text: '{{input.text}}' }, wait: false }),
    node('end', 'end', {}),
  ],
  ['start>call', 'call>end'],
)

/** Tests of deleted runs. */
export const dataTests: SuiteGroup = (context) => {
  describe('a run', () => {
    test('is deleted with those that it has started, once all of them have ended', async () => {
      const { handle, probes, database } = context()
      const pin = await context().pin('worker', WORKER)
      const { tenantId } = pin
      // Not by the context, which reads the logs of its runs afterwards.
      const run = await startRun(handle, CALLER, { input: { text: TEXT }, ...pin })
      await run.ended()
      const [requested] = ofType(await run.events(), 'child_requested')
      const child = drivenRun(handle, tenantId, `${requested?.data.waitFor.childRunId}`)
      await probes.reached(child.runId, 'work')
      const remove = (runId: string) => deleteRun({ database, log: () => undefined }, { tenantId, runId })
      expect(await remove(run.runId)).toBe('open')
      probes.open(child.runId, 'work')
      await child.ended()
      expect(JSON.stringify(await child.output()).includes(TEXT)).toBe(true)
      expect(await remove(child.runId)).toBe('has_parent')
      const stored = await handle.reader.getRun(tenantId, run.runId)
      expect(await remove(run.runId)).toBe('deleted')
      if (stored === null) throw new RangeError('the run is stored')
      await expect(prepareRerun(handle.reader, stored, 'start')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
      expect(await handle.reader.getRun(tenantId, run.runId)).toBeNull()
      expect(await handle.reader.getRun(tenantId, child.runId)).toBeNull()
      expect(await child.events()).toEqual([])
      expect(await handle.reader.readUsage(tenantId)).toEqual({
        payloadBytes: 0,
        fileBytes: 0,
        dataBytes: 0,
        openWaits: 0,
      })
    })

    test('changes data once, whatever becomes of the attempt, until the run is deleted', async () => {
      const { handle, database } = context()
      const log = () => undefined
      const { tenantId } = await context().pin('worker', WORKER)
      const dataTables = createDataTables({ database, log })
      const columns = [{ name: 'n', type: 'number', isRequired: true }] as const
      const table = await dataTables.create(tenantId, { name: 'T', columns, keyColumn: null, createdBy: null })
      // The first attempt fails after its change.
      const run = await startRun(handle, KEEPER, { input: { table: table.tableId }, tenantId })
      await run.ended()
      expect(await run.output()).toMatchObject({ count: 1, rows: [{ id: 1, n: 7 }] })
      expect(await dataTables.find(tenantId, table.tableId)).toMatchObject({ rowCount: 1 })
      const completions = () =>
        database.withTenant(tenantId, (tx) =>
          tx.selectFrom('data_completions').select('run_id').where('tenant_id', '=', tenantId).execute(),
        )
      expect(await completions()).toHaveLength(2)
      expect(await deleteRun({ database, log }, { tenantId, runId: run.runId })).toBe('deleted')
      expect(await completions()).toEqual([])
      expect(await dataTables.find(tenantId, table.tableId)).toMatchObject({ rowCount: 1 })
    })

    test('keeps the files of its input and of its nodes until it and the runs that reuse them are deleted', async () => {
      const { handle, database } = context()
      const log = () => undefined
      const { tenantId } = await context().pin('worker', WORKER)
      const files = createFiles({ database, log })
      const given = await files.create(tenantId, 'abc', {
        name: 'a',
        type: 'text/plain',
        createdBy: null,
        isStrict: true,
      })
      const run = await startRun(handle, FILER, { input: { file: given.ref }, tenantId })
      await run.ended()
      const { copy } = (await run.output()) as unknown as { readonly copy: FileRef }
      expect(await new Response(files.open(tenantId, { ...given, ref: copy })).text()).toBe('ABC')
      const rerun = async (runId: string) => {
        const stored = await handle.reader.getRun(tenantId, runId)
        const plan = await handle.reader.getPlan(tenantId, stored?.planHash ?? '')
        if (stored === null || plan === null) throw new RangeError('the run is stored')
        const { workflowId, version, mode } = stored
        const { rerun: reused, trigger } = await prepareRerun(handle.reader, stored, { nodeId: 'end' })
        const started = await handle.engine.start({
          ...{ tenantId, workflowId, version, mode, plan, trigger, actor: null, input: {}, rerun: reused },
        })
        await drivenRun(handle, tenantId, started.runId).ended()
        return started.runId
      }
      const first = await rerun(run.runId)
      const second = await rerun(first)
      const ids = [given.ref.file, copy.file]
      expect(await Promise.all(ids.map((id) => files.delete(tenantId, id)))).toEqual(['in_use', 'in_use'])
      const remove = (runId: string) => deleteRun({ database, log }, { tenantId, runId })
      expect([await remove(run.runId), await remove(first)]).toEqual(['deleted', 'deleted'])
      expect(await Promise.all(ids.map((id) => files.delete(tenantId, id)))).toEqual(['deleted', 'in_use'])
      expect(await remove(second)).toBe('deleted')
      expect(await files.delete(tenantId, copy.file)).toBe('deleted')
    })
  })
}
