import type { RerunOf as EarlierRun } from '@tenon/core/run'
import { useInstance } from '../../instance/instance-context.ts'
import { RerunTexts } from '../../shell/rerun-texts.tsx'
import { OpenRunButton } from '../calls/open-run-button.tsx'
import { shortRunId } from '../format/short-run-id.ts'
import type { NodeDirectory } from '../store/node-directory.ts'

interface RerunOfProps {
  readonly rerunOf: EarlierRun
  readonly nodes: NodeDirectory
}

/** The earlier run that a run repeats and the start of it, as a link to that run. */
export function RerunOf(props: RerunOfProps) {
  return (
    <RerunTexts>
      <EarlierRunLink {...props} />
    </RerunTexts>
  )
}

function EarlierRunLink({ rerunOf: { runId, from }, nodes }: RerunOfProps) {
  const { t } = useInstance()
  const run = shortRunId(runId)
  const text =
    typeof from === 'string'
      ? t(`runs.rerunOf.${from}`, { run })
      : t('runs.rerunOf.node', { run, node: nodes.get(from.nodeId).name })
  return (
    <span className="tn-started-by" dir="auto">
      <OpenRunButton runId={runId}>{text}</OpenRunButton>
    </span>
  )
}
