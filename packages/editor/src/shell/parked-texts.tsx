import { type ReactNode, useMemo } from 'react'
import { InstanceReactContext, useInstance } from '../instance/instance-context.ts'
import { enParked } from '../messages/en/parked.ts'
import { createTranslate } from '../messages/format.ts'

/** Adds the texts for people who fix failed nodes to the instance around its children. */
export function ParkedTexts({ children }: { readonly children: ReactNode }): ReactNode {
  const outer = useInstance()
  const instance = useMemo(() => {
    // Texts of the host replace both.
    const messages = { ...enParked, ...outer.messages }
    return { ...outer, messages, t: createTranslate(messages, outer.locale) }
  }, [outer])
  return <InstanceReactContext.Provider value={instance}>{children}</InstanceReactContext.Provider>
}
