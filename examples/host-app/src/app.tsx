import type { TenonClient } from '@tenon/core/client'
import { WorkflowEditor } from '@tenon/editor'
import { ApprovalInbox, RunList, RunViewer } from '@tenon/editor/runs'
import '@tenon/editor/styles.css'
import { Link, Route, Switch, useLocation } from 'wouter'
import { nonce } from './ui/nonce.ts'

/** The pages that Tenon brings, at the addresses that the desk chose. */
export function Automation({ client }: { readonly client: TenonClient }) {
  const [, navigate] = useLocation()
  const openRun = (runId: string) => navigate(`/runs/${runId}`)
  return (
    <Switch>
      <Route path="/automations/:id">
        {({ id }) => (
          <WorkflowEditor
            client={client}
            workflowId={id}
            breadcrumb={<Link href="/automations">Automations</Link>}
            onOpenRun={openRun}
            nonce={nonce()}
          />
        )}
      </Route>
      <Route path="/runs/:id">
        {({ id }) => <RunViewer client={client} runId={id} start={<Link href="/runs">Runs</Link>} />}
      </Route>
      <Route path="/runs">
        <RunList client={client} onOpen={openRun} />
      </Route>
      <Route path="/approvals">
        <ApprovalInbox client={client} onOpenRun={openRun} />
      </Route>
    </Switch>
  )
}
