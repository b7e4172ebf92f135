import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import type { IconName } from './icons.ts'

export interface EmptyStateProps {
  readonly icon?: IconName
  /** Title that names the missing content. */
  readonly title: string
  readonly description?: ReactNode
  /** Button for the next step. */
  readonly action?: ReactNode
}

/** Placeholder of an empty list or panel. */
export function EmptyState({ icon, title, description, action }: EmptyStateProps) {
  return (
    <div className="tn-empty">
      {icon !== undefined && (
        <span className="tn-empty-icon">
          <Icon name={icon} size={20} />
        </span>
      )}
      <p className="tn-empty-title" dir="auto">
        {title}
      </p>
      {description !== undefined && (
        <p className="tn-empty-description" dir="auto">
          {description}
        </p>
      )}
      {action !== undefined && <div className="tn-empty-action">{action}</div>}
    </div>
  )
}
