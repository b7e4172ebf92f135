import type { TenonClient } from '@tenon/core/client'
import { WorkflowEditor } from '@tenon/editor'
import '@tenon/editor/styles.css'
import type { PdfReader } from '@tenon/editor/pdf'
import { lazy, Suspense } from 'react'
import { Link, Route, Switch, useLocation, useRouter, useSearchParams } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { nonce } from './ui/nonce.ts'
import { NotFoundPage } from './ui/not-found-page.tsx'
import { filterFrom, searchOf } from './ui/run-filter.ts'
import type { Theme } from './ui/use-theme.ts'

// The pages of runs load when they are opened, so that the first script is smaller.
const RunViewer = lazy(async () => ({ default: (await import('@tenon/editor/runs')).RunViewer }))
const RunList = lazy(async () => ({ default: (await import('@tenon/editor/runs')).RunList }))
const ApprovalInbox = lazy(async () => ({ default: (await import('@tenon/editor/runs')).ApprovalInbox }))
const ParkedInbox = lazy(async () => ({ default: (await import('@tenon/editor/runs')).ParkedInbox }))
const TablesPage = lazy(async () => ({ default: (await import('./ui/tables-page.tsx')).TablesPage }))
const ConnectionsManager = lazy(async () => ({
  default: (await import('@tenon/editor/connections')).ConnectionsManager,
}))
const WebhooksManager = lazy(async () => ({ default: (await import('@tenon/editor/webhooks')).WebhooksManager }))

/** Loads the reader of PDFs with the first one that is shown. */
const pdf: PdfReader = {
  open: async (content) => (await import('./ui/pdf-reader.ts')).pdfReader.open(content),
}

/** The pages that Tenon brings, at the addresses that the desk chose. */
export function Automation({ client, theme }: { readonly client: TenonClient; readonly theme: Theme }) {
  const { base } = useRouter()
  const [, navigate] = useLocation()
  const [search, setSearch] = useSearchParams()
  const onOpenWorkflow = (workflowId: string) => navigate(`/automations/${workflowId}`)
  const onOpenRun = (runId: string) => navigate(`/runs/${runId}`)
  const onOpenApprovals = () => navigate('/approvals')
  const host = { client, theme, nonce: nonce(), onOpenRun, pdf }
  return (
    <Suspense fallback={<p className="desk-wait">Loading …</p>}>
      <Switch>
        <Route path="/automations/:id">
          {({ id }) => (
            <WorkflowEditor
              {...host}
              workflowId={id}
              breadcrumb={<Link href="/automations">Automations</Link>}
              onOpenWorkflow={onOpenWorkflow}
              onOpenApprovals={onOpenApprovals}
            />
          )}
        </Route>
        <Route path="/runs/:id">
          {({ id }) => (
            <RunViewer
              {...host}
              runId={id}
              start={<Link href="/runs">Runs</Link>}
              onOpenWorkflow={onOpenWorkflow}
              onDeleted={() => navigate('/runs', { state: RUN_DELETED })}
              onOpenApprovals={onOpenApprovals}
            />
          )}
        </Route>
        <Route path="/runs">
          <RunsTitle />
          <RunList
            {...host}
            hrefOf={(runId) => `${base}/runs/${runId}`}
            filter={filterFrom(search)}
            onFilterChange={(filter) => setSearch(searchOf(filter), { replace: true })}
          />
        </Route>
        <Route path="/approvals">
          <ApprovalInbox {...host} />
        </Route>
        <Route path="/connections">
          <ConnectionsManager {...host} onOpenWorkflow={onOpenWorkflow} />
        </Route>
        <Route path="/webhooks">
          <WebhooksManager {...host} />
        </Route>
        <Route path="/tables/:id?">
          <TablesPage {...host} />
        </Route>
        <Route path="/fixes">
          <ParkedInbox {...host} />
        </Route>
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
    </Suspense>
  )
}

/** State of the page to which the deletion of a run leads. */
const RUN_DELETED = 'run-deleted'

/** Title of the list of runs; after a deletion it says so, and has the focus, which went with the button. */
function RunsTitle() {
  const isDeleted = useHistoryState<unknown>() === RUN_DELETED
  return (
    <h1 className="desk-title" tabIndex={-1} ref={(title) => (isDeleted ? title?.focus() : undefined)}>
      Runs
      {isDeleted && <small> The run was deleted.</small>}
    </h1>
  )
}
