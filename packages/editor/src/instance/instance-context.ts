import { TenonError } from '@tenon/core/errors'
import { createContext, useContext } from 'react'
import type { Messages } from '../messages/en/index.ts'
import type { Translate } from '../messages/format.ts'

/** What each part of one mounted editor or viewer needs to know of the place it stands in. */
export interface InstanceContext {
  /** Unique on the page. */
  readonly id: string
  readonly root: Document | ShadowRoot
  /** Where menus, popovers and tooltips are rendered: inside the instance, so that its styles reach them. */
  readonly portal: HTMLElement
  /** For style elements that a strict Content-Security-Policy must admit. */
  readonly nonce: string | undefined
  readonly dir: 'ltr' | 'rtl'
  readonly locale: string
  readonly messages: Messages
  /** True if a canvas shows the mark of React Flow. */
  readonly hasAttribution: boolean
  readonly t: Translate
}

export const InstanceReactContext = createContext<InstanceContext | null>(null)

/** The instance around a part. Every exported component makes one if it does not stand in one already. */
export function useInstance(): InstanceContext {
  const instance = useContext(InstanceReactContext)
  if (instance === null) throw new TenonError('INTERNAL', 'This part must be rendered inside <InstanceRoot>')
  return instance
}

export function useTranslate(): Translate {
  return useInstance().t
}
