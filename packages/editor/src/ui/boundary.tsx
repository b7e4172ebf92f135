import { Component, type ReactNode } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'
import { Icon } from './icon.tsx'

interface BoundaryProps {
  /** Renders the replacement of a failed part; `retry` renders the part again. */
  readonly fallback: (retry: () => void) => ReactNode
  /** Renders the content again when this value changes. */
  readonly resetKey?: unknown
  readonly children: ReactNode
}

interface BoundaryState {
  readonly hasFailed: boolean
  readonly resetKey: unknown
}

/** Error boundary: limits an error to its part, so that the other parts and the page of the host keep working. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { hasFailed: false, resetKey: this.props.resetKey }

  static getDerivedStateFromError(): Partial<BoundaryState> {
    return { hasFailed: true }
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return Object.is(props.resetKey, state.resetKey) ? null : { hasFailed: false, resetKey: props.resetKey }
  }

  readonly retry = () => this.setState({ hasFailed: false })

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback(this.retry) : this.props.children
  }
}

interface PartProps {
  /** Grid area of the part, used by its fallback as well. */
  readonly className?: string
  readonly children: ReactNode
}

/** A part of a view, such as the inspector: an error replaces only this part, with a message. */
export function BoundedPart({ className, children }: PartProps) {
  return (
    <Boundary
      fallback={(retry) => (
        <div className={className}>
          <PartFailed onRetry={retry} />
        </div>
      )}
    >
      {children}
    </Boundary>
  )
}

/** Message for a failed part, with a button to render it again. */
function PartFailed({ onRetry }: { readonly onRetry: () => void }) {
  const t = useTranslate()
  const action = (
    <Button icon="retry" onClick={onRetry}>
      {t('ui.retry')}
    </Button>
  )
  return (
    <div role="alert">
      <EmptyState icon="error" title={t('part.failed')} description={t('part.failedText')} action={action} />
    </div>
  )
}

/** Renders elements of the host: an error affects only them, and the styles of the editor do not apply. */
export function HostSlot({ children }: { readonly children: ReactNode }) {
  return (
    <Boundary resetKey={children} fallback={(retry) => <SlotFailed onRetry={retry} />}>
      <span className="tn-host">{children}</span>
    </Boundary>
  )
}

/** Message for a failed part of a line or a form. */
export function SlotFailed({ onRetry }: { readonly onRetry: () => void }) {
  const t = useTranslate()
  return (
    <span className="tn-fault" data-severity="error" role="alert">
      <Icon name="error" size={14} /> {t('part.slotFailed')}{' '}
      <button type="button" className="tn-link tn-link-inherit" onClick={onRetry}>
        {t('ui.retry')}
      </button>
    </span>
  )
}
