import { sha256Hex, type WorkflowDocument } from '@tenon/core/document'
import { toManifest } from '@tenon/core/node'
import { checkWorkflowInSlices } from '@tenon/core/validate'
import { builtInDefinitions } from '@tenon/nodes'
import { compile } from '@tenon/runtime/interpreter'
import { largeWorkflow } from '../lib/large-workflow.ts'
import type { Row } from '../lib/row.ts'

const NODES = 2_000
const TIMES = 5

/**
 * Processor time to validate and compile a workflow of 2,000 nodes, in a process that has done so before, over the
 * least that must be done with such a document: copy it through JSON and hash it.
 */
export const validateDocument: Row = row({
  id: 'validate-document',
  title: 'Validate and compile 2,000 nodes, over a copy through JSON and its hash',
  warmUps: 4,
  documents: () => {
    const document = largeWorkflow(NODES)
    return () => document
  },
})

/** The same for documents that share few texts with those before. */
export const validateDocumentNew: Row = row({
  id: 'validate-document-new',
  title: 'Validate and compile 2,000 nodes of a document never seen before, over a copy through JSON and its hash',
  warmUps: 4,
  documents: () => {
    let next = 0
    return () => {
      next += 1
      return largeWorkflow(NODES, String(next))
    }
  },
})

interface Documents extends Pick<Row, 'id' | 'title' | 'warmUps'> {
  readonly documents: () => () => WorkflowDocument
}

function row({ documents, ...names }: Documents): Row {
  return {
    ...names,
    unit: 'ms',
    better: 'lower',
    rounds: 9,
    must: 20,
    aim: 12,
    open: async () => {
      const manifest = toManifest(builtInDefinitions)
      const next = documents()
      return {
        measure: () => cpuMs(next, (document) => validateAndCompile(document, manifest)),
        floor: () =>
          cpuMs(next, async (document) => void sha256Hex(JSON.stringify(JSON.parse(JSON.stringify(document))))),
        close: async () => {},
      }
    },
  }
}

async function validateAndCompile(document: WorkflowDocument, manifest: ReturnType<typeof toManifest>): Promise<void> {
  const { issues, survey } = await checkWorkflowInSlices(document, manifest, { isParsed: true, pause: async () => {} })
  const fault = issues.find(({ severity }) => severity === 'error')
  if (survey === null || fault !== undefined) throw new RangeError(`Not valid: ${fault?.message}`)
  compile(document, manifest, survey)
}

/** Processor time of this process for one document, the mean over a few. */
async function cpuMs(
  next: () => WorkflowDocument,
  work: (document: WorkflowDocument) => Promise<void>,
): Promise<number> {
  const documents = Array.from({ length: TIMES }, next)
  const before = process.cpuUsage()
  for (const document of documents) await work(document)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / TIMES
}
