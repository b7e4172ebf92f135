import { type ReactNode, useMemo } from 'react'
import { InstanceReactContext, useInstance } from '../instance/instance-context.ts'
import { enSubWorkflows } from '../messages/en/sub-workflows.ts'
import { createTranslate } from '../messages/format.ts'

/** Adds the texts about nodes that run a workflow, which are loaded with their parts, to the instance around. */
export function SubWorkflowTexts({ children }: { readonly children: ReactNode }): ReactNode {
  const outer = useInstance()
  const instance = useMemo(() => {
    // Texts of the host replace both.
    const messages = { ...enSubWorkflows, ...outer.messages }
    return { ...outer, messages, t: createTranslate(messages, outer.locale) }
  }, [outer])
  return <InstanceReactContext.Provider value={instance}>{children}</InstanceReactContext.Provider>
}
