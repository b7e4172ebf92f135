import type { ReactNode } from 'react'
import type { BadgeTone } from './badge.tsx'

export interface CalloutProps {
  readonly tone: BadgeTone
  readonly title: ReactNode
  readonly children?: ReactNode
}

/** Colored box with one sentence and its detail. */
export function Callout({ tone, title, children }: CalloutProps) {
  return (
    <div className="tn-callout" data-tone={tone}>
      <p className="tn-callout-title" dir="auto">
        {title}
      </p>
      {children !== undefined && (
        <div className="tn-callout-detail" dir="auto">
          {children}
        </div>
      )}
    </div>
  )
}
