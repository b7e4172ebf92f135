import 'virtual:tenon-styles.css'
import './page.css'
import type { RunSummary } from '@tenon/core/client'
import { RUN_STATUSES, type RunEventFrame, type RunStatus } from '@tenon/core/run'
import { StrictMode, useMemo, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { FilesContext } from '../../../src/contexts/files-context.ts'
import { createPdfReader } from '../../../src/pdf/index.ts'
import { ValueDocument } from '../../../src/runs/documents/value-document.tsx'
import { ValueFiles } from '../../../src/runs/files/value-files.tsx'
import { ApprovalInbox, ParkedInbox, RunList, RunViewer } from '../../../src/runs/index.ts'
import { EnsureInstance } from '../../../src/shell/ensure-instance.tsx'
import { Button } from '../../../src/ui/button.tsx'
import { Dialog } from '../../../src/ui/dialog.tsx'
import { Field } from '../../../src/ui/field.tsx'
import { TextInput } from '../../../src/ui/text-input.tsx'
import { reviewApproval } from '../../fixtures/approvals.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../fixtures/fixture-client.ts'
import type { FixtureClient } from '../../fixtures/fixture-data.ts'
import { LOOP_RUN_INPUTS, loopRun } from '../../fixtures/loop-runs.ts'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../fixtures/loop-workflow.ts'
import { parkedTicket } from '../../fixtures/parked.ts'
import { INVOICE_FILES, readInvoice } from '../../fixtures/read-invoice.ts'
import { runState } from '../../fixtures/run-state.ts'
import {
  ESCALATED_OUTPUT,
  escalatedRun,
  failedRun,
  parkedRun,
  pausedRun,
  rejectedRun,
  retriedRun,
  waitingRun,
} from '../../fixtures/ticket-runs.ts'

declare global {
  interface Window {
    /** The server of the page. */
    fixture: FixtureClient
    /** Whole logs, to be pushed in parts. */
    logs: Record<string, readonly RunEventFrame[]>
  }
}

const query = new URLSearchParams(location.search)
const THEME = query.get('theme') === 'dark' ? 'dark' : 'light'
const logs = {
  escalated: escalatedRun(Date.now()).frames,
  failed: failedRun().frames,
  paused: pausedRun(Date.now() - 10_000).frames,
  waiting: waitingRun(Date.now() - 60_000).frames,
  parked: parkedRun(Date.now() - 300_000).frames,
  retried: retriedRun(Date.now() - 300_000).frames,
  rejected: rejectedRun(Date.now() - 60_000).frames,
  loop: loopRun().frames,
  'loop-running': loopRun({ ended: 7, failed: [2] }).frames,
  'loop-long': loopRun({ count: 80 }).frames,
}
const log = logs[(query.get('log') ?? 'escalated') as keyof typeof logs]
function runWith(status: RunStatus, index: number): RunSummary {
  const runId = `0192f3a1-7c11-7d2e-9b01-00000000000${index}`
  return {
    runId,
    workflowId: 'wf-1',
    workflowName: 'Support ticket router',
    version: '4',
    mode: index % 3 === 2 ? 'test' : 'live',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    engine: 'embedded',
    queuedAt: '2026-11-23T09:42:07.000Z',
    parent: null,
    rootRunId: runId,
    depth: 0,
    rerunOf: null,
    handles: null,
    handledBy: null,
    movedFrom: null,
    startedBy: null,
    ...runState(status, { startedAt: '2026-11-23T09:42:07.100Z', finishedAt: '2026-11-23T09:42:11.530Z' }),
  }
}

const pdf = createPdfReader({
  workerUrl: new URL('pdfjs-dist/build/pdf.worker.min.mjs', import.meta.url).href,
})

const PARKED = ['1', '2', '3', '4'].map((number) =>
  parkedTicket({
    parkedId: `parked-${number}`,
    runId: `0192f3a1-7c11-7d2e-9b01-00000000000${number}`,
    ...(number === '4'
      ? { nodeId: 'crm', fingerprint: 'f'.repeat(32), error: { code: 'TIMEOUT', message: 'The CRM is too slow' } }
      : {}),
  }),
)

const isLoop = query.get('log')?.startsWith('loop') === true
const fixture = createFixtureClient({
  ...(isLoop ? { document: LOOP_DOCUMENT, manifest: LOOP_MANIFEST, inputs: LOOP_RUN_INPUTS } : {}),
  frames: log.slice(0, Number(query.get('count') ?? log.length)),
  output: ESCALATED_OUTPUT,
  approvals: [reviewApproval()],
  files: INVOICE_FILES,
  parked: query.get('view') === 'parked' ? PARKED : [parkedTicket()],
  runs: RUN_STATUSES.map(runWith),
})
window.fixture = fixture
window.logs = logs

function Question() {
  const [isOpen, setIsOpen] = useState(false)
  const [name, setName] = useState('')
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Publish</Button>
      <Dialog open={isOpen} onClose={() => setIsOpen(false)} title="Publish version 5">
        <Field label="Notes">
          <TextInput value={name} onChange={setName} />
        </Field>
      </Dialog>
    </>
  )
}

/** A document in a narrow panel, as in the inspector; its file is given by the query. */
function ReadDocuments() {
  const content = useMemo(() => readInvoice(query.get('file')), [])
  return (
    <div className="document-panel">
      <ValueFiles value={content} />
      <ValueDocument value={content} />
    </div>
  )
}

function View() {
  const { client } = useMemo(() => fixture, [])
  switch (query.get('view')) {
    case 'inbox':
      return <ApprovalInbox client={client} theme={THEME} />
    case 'parked':
      return <ParkedInbox client={client} theme={THEME} onOpenRun={() => {}} />
    case 'list':
      return <RunList client={client} theme={THEME} onOpenRun={() => {}} />
    case 'document':
      return (
        <EnsureInstance theme={THEME} pdf={pdf}>
          <FilesContext.Provider value={client.files}>
            <ReadDocuments />
          </FilesContext.Provider>
        </EnsureInstance>
      )
    case 'dialog':
      return (
        <EnsureInstance theme={THEME}>
          <Question />
        </EnsureInstance>
      )
    default:
      return <RunViewer client={client} runId={FIXTURE_RUN_ID} theme={THEME} style={{ height: '100%' }} />
  }
}

document.addEventListener('securitypolicyviolation', (event) => {
  throw new Error(`${event.violatedDirective} forbids ${event.blockedURI}`)
})
const app = document.getElementById('app')
if (app !== null) {
  createRoot(app).render(
    <StrictMode>
      <View />
    </StrictMode>,
  )
}
