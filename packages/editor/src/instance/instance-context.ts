import { TenonError } from '@tenon/core/errors'
import { createContext, useContext } from 'react'
import type { PdfReader } from '../contexts/pdf-reader.ts'
import type { LoadedMessages } from '../messages/en/index.ts'
import type { Translate } from '../messages/format.ts'
import type { BackLayers } from './back-layers.ts'
import type { LoadedParts } from './loaded-parts.ts'
import type { Presses } from './presses.ts'

/** Context of the parts of one mounted editor or viewer. */
export interface InstanceContext {
  /** Id, unique on the page. */
  readonly id: string
  readonly root: Document | ShadowRoot
  /** Container of menus, popovers and tooltips, inside the instance so that its styles apply. */
  readonly portal: HTMLElement
  /** Nonce of style elements for a strict Content-Security-Policy. */
  readonly nonce: string | undefined
  readonly dir: 'ltr' | 'rtl'
  readonly locale: string
  readonly messages: LoadedMessages
  /** True if a canvas shows the mark of React Flow. */
  readonly hasAttribution: boolean
  readonly backLayers: BackLayers
  /** Defers what moves other elements until the pointer is released; see {@link Presses}. */
  readonly afterPress: Presses['afterPress']
  readonly parts: LoadedParts
  /** Reads PDFs for previews; `undefined` if the host has none. */
  readonly pdf: PdfReader | undefined
  readonly t: Translate
}

export const InstanceReactContext = createContext<InstanceContext | null>(null)

/** Returns the instance around a part. Every exported component creates one if it is not inside one. */
export function useInstance(): InstanceContext {
  const instance = useContext(InstanceReactContext)
  if (instance === null) throw new TenonError('INTERNAL', 'This part must be rendered inside <InstanceRoot>')
  return instance
}

export function useTranslate(): Translate {
  return useInstance().t
}
