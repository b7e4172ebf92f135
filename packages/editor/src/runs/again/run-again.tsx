import type { Run } from '@tenon/core/client'
import { isRunOver } from '@tenon/core/run'
import { useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { RerunTexts } from '../../shell/rerun-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { useMayChangeRun } from '../viewer/use-may-change-run.ts'
import { RerunWithInput } from './rerun-with-input.tsx'
import { type RerunProps, type RerunWay, rerunLabel, useRerun } from './use-rerun.tsx'

interface RunAgainProps {
  readonly scope: RunScope
  readonly onStarted: (runId: string) => void
}

const selectStatus = ({ live }: RunSnapshot) => live.status

/**
 * Runs an ended run again: a button for the most likely way, which is where it failed or was canceled, and a menu with
 * the others; hidden without permission. A test run is followed by a test of the present draft.
 */
export function RunAgain({ scope, onStarted }: RunAgainProps) {
  const status = useRunPart(scope.store, selectStatus)
  const mayStart = useMayChangeRun(scope.client)
  const run = scope.run.value
  if (!isRunOver(status) || run === null || !mayStart) return null
  return (
    <RerunTexts>
      <RerunWays scope={scope} run={run} ways={waysOf(run, status === 'completed')} onStarted={onStarted} />
    </RerunTexts>
  )
}

/** Returns the ways to run a run again with its input, the most likely one first. */
function waysOf({ mode }: Run, isCompleted: boolean): readonly [RerunWay, ...RerunWay[]] {
  const whole = mode === 'test' ? 'draft' : 'start'
  return isCompleted ? [whole] : ['failed', whole]
}

interface RerunWaysProps extends RerunProps {
  readonly ways: readonly [RerunWay, ...RerunWay[]]
}

function RerunWays({ ways: [first, ...others], ...shared }: RerunWaysProps) {
  const t = useTranslate()
  const { start, isSending, dialog } = useRerun(shared)
  const [isEntering, setIsEntering] = useState(false)
  const items = [
    ...others.map((way) => ({
      id: rerunLabel(way),
      icon: 'retry' as const,
      label: t(rerunLabel(way)),
      onSelect: () => start(way),
    })),
    {
      id: 'input',
      icon: 'settings' as const,
      label: t('runs.again.withInput'),
      onSelect: () => setIsEntering(true),
    },
  ]
  return (
    <span className="tn-rerun">
      <Button icon="retry" busy={isSending} onClick={() => start(first)}>
        {t(rerunLabel(first))}
      </Button>
      <Menu trigger={<IconButton icon="more" label={t('runs.again.more')} disabled={isSending} />} items={items} />
      {dialog}
      {isEntering && <RerunWithInput {...shared} onClose={() => setIsEntering(false)} />}
    </span>
  )
}
