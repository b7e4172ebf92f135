import type { NodeRunView } from '@tenon/core/run'
import { useLayoutEffect, useRef, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunMoment } from '../store/use-run.ts'
import { resolvedText } from './parked-words.ts'
import { useNodeParked } from './use-node-parked.ts'

interface NodeParkedProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
}

// Most runs have no parked node, so the card with its forms is loaded for the first one.
const loadCard = () => import('./parked-card.tsx')

/** Decisions about a node run that was parked, and the card to decide while it is. */
export function NodeParked({ scope, nodeRun }: NodeParkedProps) {
  const { t, locale } = useInstance()
  const { parked, known, resolve } = useNodeParked(scope, nodeRun.nodeRunId)
  const moment = useRunMoment(scope.store, 10_000)
  const decided = parked.flatMap(({ waitId, resolution }) => (resolution === null ? [] : [{ waitId, resolution }]))
  const open = parked.find(({ closed, resolution }) => closed === null && resolution === null)
  // While a person enters values, their form stays, even if another user is first.
  const [heldId, setHeldId] = useState<string | null>(null)
  const shown = parked.find(({ waitId }) => waitId === heldId) ?? open
  const list = useRef<HTMLUListElement>(null)
  const isFocusLost = useRef(false)
  // The decision replaces the card, whose focus would be lost with it.
  useLayoutEffect(() => {
    if (isFocusLost.current) list.current?.focus()
    isFocusLost.current = false
  })
  return (
    <>
      {decided.length > 0 && (
        <ul ref={list} tabIndex={-1} className="tn-parked-decided" aria-label={t('runs.parked.decisions')}>
          {decided.map(({ waitId, resolution }) => (
            <li key={waitId} dir="auto">
              {resolvedText(resolution, moment, t, locale)}
            </li>
          ))}
        </ul>
      )}
      {shown !== undefined && (
        <LaterPart load={loadCard} waiting={(trouble) => trouble ?? <Skeleton lines={6} height={34} />}>
          {({ ParkedCard }) => (
            <ParkedCard
              key={shown.waitId}
              scope={scope}
              nodeRun={nodeRun}
              parked={shown}
              known={known}
              resolve={resolve}
              retries={decided.filter(({ resolution }) => resolution.kind.startsWith('retry')).length}
              onHold={(isHeld) => setHeldId(isHeld ? shown.waitId : null)}
              hasEnteredValues={decided.some(({ resolution }) => resolution.kind === 'retry_with_params')}
              onFocusLost={() => {
                isFocusLost.current = true
              }}
            />
          )}
        </LaterPart>
      )}
    </>
  )
}
