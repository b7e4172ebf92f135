import { type ReactNode, useMemo } from 'react'
import { InstanceReactContext, useInstance } from '../instance/instance-context.ts'
import type { MessageKey } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'

interface AddedTextsProps {
  /** Table of English texts; the same object in each render. */
  readonly texts: Readonly<Partial<Record<MessageKey, string>>>
  readonly children: ReactNode
}

/** Adds texts that are loaded with the children to the instance around them. */
export function AddedTexts({ texts, children }: AddedTextsProps): ReactNode {
  const outer = useInstance()
  const instance = useMemo(() => {
    // Texts of the host replace the added ones.
    const messages = { ...texts, ...outer.messages }
    return { ...outer, messages, t: createTranslate(messages, outer.locale) }
  }, [outer, texts])
  return <InstanceReactContext.Provider value={instance}>{children}</InstanceReactContext.Provider>
}
