import type { ReactNode } from 'react'

export const BADGE_TONES = ['neutral', 'running', 'waiting', 'parked', 'success', 'failed', 'retry'] as const
export type BadgeTone = (typeof BADGE_TONES)[number]

export interface BadgeProps {
  /** @defaultValue 'neutral' */
  readonly tone?: BadgeTone
  readonly children: ReactNode
}

/** A state or count in a word or two. */
export function Badge({ tone = 'neutral', children }: BadgeProps) {
  return (
    <span className="tn-badge" data-tone={tone}>
      {children}
    </span>
  )
}
