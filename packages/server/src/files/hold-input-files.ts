import { findFileRefs, type Json, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'

type Holder = Pick<ServerContext, 'files' | 'now'>

/** Most files in the input of a run: each one is looked up. */
const MOST_FILES = 1_000

/** Time in which a run is stored whose files were checked: they are not deleted in between. */
const STARTING_MS = 60_000

/**
 * Checks that the tenant has the files in the input of a run, as the input describes them, and keeps them from being deleted
 * until the run is stored.
 *
 * @throws {@link TenonError} `RUN_INPUT_INVALID` with the paths of those that it does not have; `VALUE_TOO_LARGE` for more than
 * 1,000 files.
 */
export async function holdInputFiles(server: Holder, tenantId: TenantId, input: Json | undefined): Promise<void> {
  const found = findFileRefs(input ?? null, MOST_FILES + 1)
  if (found.length === 0) return
  if (found.length > MOST_FILES) {
    throw new TenonError('VALUE_TOO_LARGE', `The run input has more than ${MOST_FILES} files`, {
      remedy: 'Start several runs, each with a part of the files.',
    })
  }
  const stored = new Map(
    (
      await server.files.hold(
        tenantId,
        found.map(({ ref }) => ref.file),
        server.now() + STARTING_MS,
      )
    ).map(({ ref }) => [ref.file, ref]),
  )
  const issues = found.flatMap(({ path, ref }) => {
    const known = stored.get(ref.file)
    if (known !== undefined && known.type === ref.type && known.size === ref.size) return []
    const message = known === undefined ? 'No file has this id' : 'The file has another type or size'
    return [{ path: ['input', ...path], code: 'file', message }]
  })
  const [first] = issues
  if (first === undefined) return
  const at = first.path.slice(1).join('.')
  throw new TenonError(
    'RUN_INPUT_INVALID',
    `The run input${at === '' ? '' : ` at "${at}"`} is not valid: ${first.message}`,
    {
      remedy: 'Upload the file again, and pass the reference as the upload returned it.',
      details: { issues },
    },
  )
}

/**
 * Keeps the files of an event, which is about to be stored, as long as it may wait for a run; files that the tenant does
 * not have are ignored.
 */
export async function holdEventFiles(server: Holder, tenantId: TenantId, payload: Json, until: number): Promise<void> {
  const ids = findFileRefs(payload).map(({ ref }) => ref.file)
  await server.files.hold(tenantId, ids, until)
}
