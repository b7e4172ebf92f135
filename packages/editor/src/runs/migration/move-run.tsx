import type { Run } from '@tenon/core/client'
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { MigrationTexts } from '../../shell/migration-texts.tsx'
import { Button } from '../../ui/button.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { MoveDialog } from './move-dialog.tsx'

interface MoveRunProps {
  readonly scope: RunScope
  readonly size: 's' | 'm'
}

const selectIsMoving = ({ live }: RunSnapshot) => live.migrations.some(({ outcome }) => outcome === null)

/** Button that moves an open run to the latest version of its workflow; hidden while the run is on it, or about to move. */
export function MoveRun({ scope, size }: MoveRunProps) {
  const isMoving = useRunPart(scope.store, selectIsMoving)
  const run = scope.run.value
  if (run === null || run.mode === 'test' || isMoving) return null
  return (
    <MigrationTexts>
      <MoveButton scope={scope} run={run} size={size} />
    </MigrationTexts>
  )
}

function MoveButton({ scope, run, size }: MoveRunProps & { readonly run: Run }) {
  const t = useTranslate()
  const { client } = scope
  const [isAsking, setIsAsking] = useState(false)
  const { workflowId } = run
  const workflow = useResource(
    useCallback((abortSignal: AbortSignal) => client.workflows.get(workflowId, { abortSignal }), [client, workflowId]),
  )
  const button = useRef<HTMLButtonElement>(null)
  const latest = workflow.value?.version ?? null
  if (latest === null || latest === run.version) return null
  return (
    <>
      {isAsking && <MoveDialog scope={scope} run={run} latest={latest} onClose={() => setIsAsking(false)} />}
      <PassFocus button={button} />
      <Button ref={button} size={size} onClick={() => setIsAsking(true)}>
        {t('runs.move.button', { version: latest })}
      </Button>
    </>
  )
}

/**
 * Passes the focus to the next button when the button goes, which it does once the run is about to move. React removes
 * elements in their order, so this is after the dialog, which gives the focus back to the button, and before the button.
 */
function PassFocus({ button }: { readonly button: RefObject<HTMLButtonElement | null> }) {
  useLayoutEffect(
    () => () => {
      const own = button.current
      if (own === null || own.ownerDocument.activeElement !== own) return
      const next = own.nextElementSibling ?? own.previousElementSibling
      if (next instanceof HTMLElement) next.focus()
    },
    [button],
  )
  return null
}
