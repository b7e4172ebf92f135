import { useInstance } from '../../instance/instance-context.ts'
import { failureSentences, failureTexts } from '../../messages/coded-texts.ts'
import { Icon } from '../../ui/icon.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'

interface RunFaultProps {
  readonly scope: RunScope
  readonly onSelectNode: (nodeId: string) => void
}

const selectError = ({ view }: RunSnapshot) => (view.status === 'failed' ? view.error : null)
const selectFailedNode = ({ view }: RunSnapshot) =>
  view.error?.nodeId ?? [...view.nodeRuns.values()].find(({ status }) => status === 'failed')?.nodeId ?? null

/** Shows the reason of a failed run and the remedy, with a link to the node; empty for other runs. */
export function RunFault({ scope, onSelectNode }: RunFaultProps) {
  const { t } = useInstance()
  const error = useRunPart(scope.store, selectError)
  const nodeId = useRunPart(scope.store, selectFailedNode)
  if (error === null) return null
  const message = failureSentences(failureTexts(error, t))
  const name = nodeId === null ? '' : scope.nodes.get(nodeId).name
  return (
    <p className="tn-run-line" data-tone="failed" role="alert">
      <Icon name="error" size={16} />
      <span dir="auto">{nodeId === null ? message : t('runs.fault.atNode', { node: name, message })}</span>
      {nodeId !== null && (
        <button type="button" className="tn-link" onClick={() => onSelectNode(nodeId)}>
          {t('runs.fault.show')}
        </button>
      )}
    </p>
  )
}
