import { type ReactNode, useMemo } from 'react'
import { InstanceReactContext, useInstance } from '../instance/instance-context.ts'
import { enRuns } from '../messages/en/runs.ts'
import { createTranslate } from '../messages/format.ts'

/** Adds the texts of the run views, which are loaded with them, to the instance around its children. */
export function RunTexts({ children }: { readonly children: ReactNode }): ReactNode {
  const outer = useInstance()
  const instance = useMemo(() => {
    // Texts of the host replace both.
    const messages = { ...enRuns, ...outer.messages }
    return { ...outer, messages, t: createTranslate(messages, outer.locale) }
  }, [outer])
  return <InstanceReactContext.Provider value={instance}>{children}</InstanceReactContext.Provider>
}
