import type { NodeRunId } from '@tenon/core/run'
import type { LoopKind } from '../../graph/containers.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import type { RunStore } from '../store/run-store.ts'
import { nextFailed, shownItem } from '../store/shown-items.ts'
import { useRunSnapshot } from '../store/use-run.ts'
import { ItemNumber } from './item-number.tsx'

interface ItemStepperProps {
  readonly store: RunStore
  /** Run of the loop. */
  readonly loopRunId: NodeRunId
  /** Name of the loop, for the labels. */
  readonly name: string
  /** Counts items of a list, or rounds, whose number is open until the loop ends. */
  readonly kind: Exclude<LoopKind, 'once'>
}

/** Chooses the item or round of a loop whose run the views show, with the failed ones at hand. Empty before the loop begins. */
export function ItemStepper({ store, loopRunId, name, kind }: ItemStepperProps) {
  const { t } = useInstance()
  const snapshot = useRunSnapshot(store)
  const loop = snapshot.view.nodeRuns.get(loopRunId)
  const iterations = loop?.iterations ?? null
  const item = shownItem(loop, snapshot)
  if (loop === undefined || iterations === null || iterations.count === 0) return null
  const { ended, failed, stoppedAt } = iterations
  // After a break, no other item begins.
  const count = stoppedAt === null ? iterations.count : iterations.started
  const choose = (index: number) => store.chooseItems(new Map([[loopRunId, index]]))
  const failure = nextFailed(failed, item)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be a part of a form
    <div className="tn-stepper" role="group" aria-label={t('runs.loop.items', { kind, name })}>
      <IconButton
        size="s"
        icon="chevronLeft"
        label={t('runs.loop.previous', { kind })}
        disabled={item === null || item === 0}
        onClick={() => choose((item ?? 0) - 1)}
      />
      <ItemNumber
        text={
          item === null ? t('runs.loop.none', { kind, count }) : t('runs.loop.item', { kind, number: item + 1, count })
        }
        item={item}
        count={count}
        kind={kind}
        hasFailed={item !== null && failed.includes(item)}
        onChoose={choose}
      />
      <IconButton
        size="s"
        icon="chevronRight"
        label={t('runs.loop.next', { kind })}
        disabled={item !== null && item >= count - 1}
        onClick={() => choose(item === null ? 0 : item + 1)}
      />
      {failure !== null && (
        <button type="button" className="tn-stepper-failed" onClick={() => choose(failure)}>
          {t('runs.loop.nextFailed', { count: failed.length })}
        </button>
      )}
      {item !== null && item === stoppedAt && <span className="tn-stepper-note">{t('runs.loop.stopped')}</span>}
      <span
        className="tn-stepper-progress"
        role="progressbar"
        aria-label={t('runs.loop.progress', { kind, ended, count })}
        aria-valuemin={0}
        aria-valuemax={count}
        aria-valuenow={ended}
        style={{
          ['--tn-failed' as string]: `${(failed.length / count) * 100}%`,
          ['--tn-ended' as string]: `${(ended / count) * 100}%`,
        }}
      />
    </div>
  )
}
