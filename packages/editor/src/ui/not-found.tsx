import type { ReactNode } from 'react'
import { HostSlot } from './boundary.tsx'
import { EmptyState } from './empty-state.tsx'

interface NotFoundProps {
  readonly title: string
  readonly description: string
  /** Way back, from the host. */
  readonly back: ReactNode
  /** Button that brings the content back. */
  readonly action?: ReactNode
}

/** Page for content that does not exist or that the reader has no access to. */
export function NotFound({ title, description, back, action }: NotFoundProps) {
  return (
    <div className="tn-whole-page" role="alert">
      <EmptyState
        icon="search"
        title={title}
        description={description}
        action={
          <>
            {action}
            {back !== undefined && <HostSlot>{back}</HostSlot>}
          </>
        }
      />
    </div>
  )
}
