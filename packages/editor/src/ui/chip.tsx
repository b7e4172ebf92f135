import type { ReactNode } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { Icon } from './icon.tsx'

export interface ChipProps {
  /** `reference` names a field of another node, `broken` one that does not exist. @defaultValue 'plain' */
  readonly tone?: 'plain' | 'reference' | 'broken'
  readonly onRemove?: () => void
  readonly children: ReactNode
}

/** Chip within text: a field, a filter, a person. */
export function Chip({ tone = 'plain', onRemove, children }: ChipProps) {
  const t = useTranslate()
  return (
    <span className="tn-chip" data-tone={tone}>
      <span className="tn-chip-text">{children}</span>
      {onRemove !== undefined && (
        <button type="button" className="tn-chip-remove" aria-label={t('ui.remove')} onClick={onRemove}>
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  )
}
