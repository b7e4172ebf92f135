import { Tabs as RadixTabs } from 'radix-ui'
import type { ReactNode } from 'react'
import { useInstance } from '../instance/instance-context.ts'
import { classNames } from './class-names.ts'

export interface TabItem<Id extends string = string> {
  readonly id: Id
  readonly label: string
  /** A count or mark beside the label. */
  readonly badge?: ReactNode
  readonly content: ReactNode
}

export interface TabsProps<Id extends string = string> {
  /** Accessible name of the list of tabs. */
  readonly label: string
  readonly items: readonly TabItem<Id>[]
  readonly value: Id
  readonly onChange: (id: Id) => void
  /** Controls at the end of the row of tabs. */
  readonly actions?: ReactNode
  readonly className?: string
}

/** Tabs with panels; only the selected panel is rendered. */
export function Tabs<Id extends string>({ label, items, value, onChange, actions, className }: TabsProps<Id>) {
  const { dir } = useInstance()
  return (
    <RadixTabs.Root
      className={classNames('tn-tabs', className)}
      value={value}
      onValueChange={(id) => onChange(id as Id)}
      dir={dir}
    >
      <div className="tn-tab-row">
        <RadixTabs.List className="tn-tab-list" aria-label={label}>
          {items.map((item) => (
            <RadixTabs.Trigger key={item.id} className="tn-tab" value={item.id}>
              {item.label}
              {item.badge}
            </RadixTabs.Trigger>
          ))}
        </RadixTabs.List>
        {actions}
      </div>
      {items.map((item) => (
        <RadixTabs.Content key={item.id} className="tn-tab-panel" value={item.id}>
          {item.content}
        </RadixTabs.Content>
      ))}
    </RadixTabs.Root>
  )
}
