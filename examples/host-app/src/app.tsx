import type { TenonClient } from '@tenon/core/client'
import { WorkflowEditor } from '@tenon/editor'
import { ApprovalInbox, RunList, RunViewer } from '@tenon/editor/runs'
import '@tenon/editor/styles.css'
import { Link, Route, Switch, useLocation } from 'wouter'
import { nonce } from './ui/nonce.ts'
import type { Theme } from './ui/use-theme.ts'

/** The pages that Tenon brings, at the addresses that the desk chose. */
export function Automation({ client, theme }: { readonly client: TenonClient; readonly theme: Theme }) {
  const [, navigate] = useLocation()
  const host = { client, theme, nonce: nonce(), onOpenRun: (runId: string) => navigate(`/runs/${runId}`) }
  return (
    <Switch>
      <Route path="/automations/:id">
        {({ id }) => (
          <WorkflowEditor {...host} workflowId={id} breadcrumb={<Link href="/automations">Automations</Link>} />
        )}
      </Route>
      <Route path="/runs/:id">{({ id }) => <RunViewer {...host} runId={id} />}</Route>
      <Route path="/runs">
        <RunList {...host} />
      </Route>
      <Route path="/approvals">
        <ApprovalInbox {...host} />
      </Route>
    </Switch>
  )
}
