import { Component, type ReactNode } from 'react'

interface CardBoundaryProps {
  /** Drawn in place of what could not be drawn. */
  readonly fallback: ReactNode
  /** A new value gives the content another chance. */
  readonly resetKey: unknown
  readonly children: ReactNode
}

interface CardBoundaryState {
  readonly hasFailed: boolean
  readonly resetKey: unknown
}

/** Keeps the fault of one card to that card. */
export class CardBoundary extends Component<CardBoundaryProps, CardBoundaryState> {
  override state: CardBoundaryState = { hasFailed: false, resetKey: this.props.resetKey }

  static getDerivedStateFromError(): Partial<CardBoundaryState> {
    return { hasFailed: true }
  }

  static getDerivedStateFromProps(props: CardBoundaryProps, state: CardBoundaryState): CardBoundaryState | null {
    return props.resetKey === state.resetKey ? null : { hasFailed: false, resetKey: props.resetKey }
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children
  }
}
