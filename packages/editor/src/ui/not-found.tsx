import type { ReactNode } from 'react'
import { HostSlot } from './boundary.tsx'
import { EmptyState } from './empty-state.tsx'

interface NotFoundProps {
  readonly title: string
  readonly description: string
  /** Way back, from the host. */
  readonly back: ReactNode
}

/** Page for content that does not exist or that the reader has no access to. */
export function NotFound({ title, description, back }: NotFoundProps) {
  return (
    <div className="tn-whole-page" role="alert">
      <EmptyState
        icon="search"
        title={title}
        description={description}
        {...(back === undefined ? {} : { action: <HostSlot>{back}</HostSlot> })}
      />
    </div>
  )
}
