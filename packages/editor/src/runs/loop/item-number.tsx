import { useState } from 'react'
import type { LoopKind } from '../../graph/containers.ts'
import { useTranslate } from '../../instance/instance-context.ts'

interface ItemNumberProps {
  /** Text of the shown item. */
  readonly text: string
  /** Index of the shown item; `null` before the first. */
  readonly item: number | null
  /** Number of items. */
  readonly count: number
  readonly kind: Exclude<LoopKind, 'once'>
  readonly hasFailed: boolean
  readonly onChoose: (index: number) => void
}

/** Shows the item of a stepper as a button that becomes a field for its number. */
export function ItemNumber({ text, item, count, kind, hasFailed, onChoose }: ItemNumberProps) {
  const t = useTranslate()
  const [typed, setTyped] = useState<string | null>(null)
  const label = t('runs.loop.goTo', { kind })
  if (typed === null) {
    return (
      <button
        type="button"
        className="tn-stepper-item tn-tabular"
        data-failed={hasFailed || undefined}
        title={label}
        onClick={() => setTyped(String((item ?? 0) + 1))}
      >
        {text}
      </button>
    )
  }
  const leave = (isChosen: boolean) => {
    const number = Math.round(Number(typed))
    if (isChosen && typed.trim() !== '' && Number.isFinite(number)) onChoose(Math.min(Math.max(number, 1), count) - 1)
    setTyped(null)
  }
  return (
    <input
      className="tn-stepper-field tn-tabular"
      type="number"
      inputMode="numeric"
      aria-label={label}
      min={1}
      max={count}
      value={typed}
      // biome-ignore lint/a11y/noAutofocus: the field replaces the button that had the focus
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => leave(true)}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') leave(true)
        if (event.key === 'Escape') leave(false)
      }}
    />
  )
}
