import { type ReactNode, useId } from 'react'

interface SettingsGroupProps {
  readonly title: string
  readonly children: ReactNode
}

/** Settings of a workflow that belong together, with a title. */
export function SettingsGroup({ title, children }: SettingsGroupProps) {
  const id = useId()
  return (
    <section className="tn-settings-group" aria-labelledby={id}>
      <h3 id={id} className="tn-settings-title">
        {title}
      </h3>
      {children}
    </section>
  )
}
