import type { Meta, StoryObj } from '@storybook/react-vite'
import { TenonError } from '@tenon/core/errors'
import { NODE_CATEGORIES } from '@tenon/core/node'
import { NODE_STATUSES } from '@tenon/core/run'
import { type ReactNode, useState } from 'react'
import { InstanceRoot } from '../../packages/editor/src/shell/instance-root.tsx'
import { AvatarGroup } from '../../packages/editor/src/ui/avatar.tsx'
import { BADGE_TONES, Badge } from '../../packages/editor/src/ui/badge.tsx'
import { Button } from '../../packages/editor/src/ui/button.tsx'
import { Callout } from '../../packages/editor/src/ui/callout.tsx'
import { Chip } from '../../packages/editor/src/ui/chip.tsx'
import { Dialog } from '../../packages/editor/src/ui/dialog.tsx'
import { EmptyState } from '../../packages/editor/src/ui/empty-state.tsx'
import { ErrorState } from '../../packages/editor/src/ui/error-state.tsx'
import { Field } from '../../packages/editor/src/ui/field.tsx'
import { Icon } from '../../packages/editor/src/ui/icon.tsx'
import { IconButton } from '../../packages/editor/src/ui/icon-button.tsx'
import { IconTile } from '../../packages/editor/src/ui/icon-tile.tsx'
import { ICONS, type IconName } from '../../packages/editor/src/ui/icons.ts'
import { useAnnouncer } from '../../packages/editor/src/ui/live-region.tsx'
import { Menu } from '../../packages/editor/src/ui/menu.tsx'
import { NumberInput } from '../../packages/editor/src/ui/number-input.tsx'
import { Popover } from '../../packages/editor/src/ui/popover.tsx'
import { SearchInput } from '../../packages/editor/src/ui/search-input.tsx'
import { SegmentedControl } from '../../packages/editor/src/ui/segmented-control.tsx'
import { Select } from '../../packages/editor/src/ui/select.tsx'
import { Skeleton } from '../../packages/editor/src/ui/skeleton.tsx'
import { StatusMark } from '../../packages/editor/src/ui/status-mark.tsx'
import { Switch } from '../../packages/editor/src/ui/switch.tsx'
import { TextArea, TextInput } from '../../packages/editor/src/ui/text-input.tsx'
import { instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Primitives' }
export default meta

const column = {
  display: 'grid',
  gap: 20,
  padding: 24,
  justifyItems: 'start',
  alignContent: 'start',
  minBlockSize: '100dvh',
} as const
const row = { display: 'flex', flexWrap: 'wrap', gap: 10, alignItems: 'center' } as const

function storyOf(Content: () => ReactNode): StoryObj {
  return {
    render: (_args, context) => (
      <InstanceRoot {...instanceProps(context)}>
        <div style={column}>
          <Content />
        </div>
      </InstanceRoot>
    ),
  }
}

export const Buttons = storyOf(function Buttons() {
  return (
    <>
      <div style={row}>
        <Button variant="primary">Publish</Button>
        <Button>Try</Button>
        <Button variant="ghost">Share moment</Button>
        <Button variant="danger">Reject</Button>
        <Button disabled>Cannot be pressed</Button>
        <Button busy>Publishing</Button>
        <Button size="s" icon="plus">
          Add item
        </Button>
      </div>
      <div style={row}>
        <IconButton icon="copy" label="Copy" />
        <IconButton icon="undo" label="Undo" shortcut="Ctrl Z" />
        <IconButton icon="fit" label="Fit" pressed />
        <Menu
          trigger={<IconButton icon="more" label="More actions" />}
          items={[
            { id: 'copy', label: 'Copy', icon: 'copy', shortcut: 'Ctrl C', onSelect: () => {} },
            { id: 'lock', label: 'Lock', icon: 'lock', disabled: true, onSelect: () => {} },
            'separator',
            { id: 'delete', label: 'Delete', icon: 'trash', danger: true, onSelect: () => {} },
          ]}
        />
        <Popover trigger={<Button>Problems</Button>} label="Problems" align="start">
          <p>One node has no way out.</p>
        </Popover>
      </div>
    </>
  )
})

export const Fields = storyOf(function Fields() {
  const [text, setText] = useState('gpt-5-mini')
  const [number, setNumber] = useState<number | null>(0.7)
  const [isOn, setIsOn] = useState(true)
  const [mode, setMode] = useState<'form' | 'json'>('form')
  return (
    <div style={{ display: 'grid', gap: 16, inlineSize: 320 }}>
      <SearchInput label="Search nodes" shortcut="/" value="" onChange={() => {}} />
      <Field label="Model" help="Any name that the provider knows." required>
        <TextInput value={text} onChange={setText} />
      </Field>
      <Field label="Confidence needed" error="Enter 1 or less.">
        <NumberInput value={number} onChange={setNumber} step={0.1} />
      </Field>
      <Field label="When it fails" hint="on error">
        <Select
          value="route"
          onChange={() => {}}
          options={[
            { value: 'fail', label: 'Fail the run' },
            { value: 'route', label: 'Continue at the error port' },
          ]}
        />
      </Field>
      <Field label="Rules">
        <TextArea value="No refunds without manager approval." onChange={() => {}} />
      </Field>
      <Switch label="Follow the log" checked={isOn} onChange={setIsOn} />
      <SegmentedControl
        label="Mode"
        value={mode}
        onChange={setMode}
        options={[
          { value: 'form', label: 'Form' },
          { value: 'json', label: 'JSON' },
        ]}
      />
    </div>
  )
})

export const Marks = storyOf(function Marks() {
  return (
    <>
      <div style={row}>
        {BADGE_TONES.map((tone) => (
          <Badge key={tone} tone={tone}>
            {tone}
          </Badge>
        ))}
      </div>
      <div style={row}>
        {NODE_STATUSES.map((status) => (
          <span key={status} style={row}>
            <StatusMark status={status} label={status} /> {status}
          </span>
        ))}
      </div>
      <div style={row}>
        {NODE_CATEGORIES.map((category) => (
          <IconTile key={category} category={category} path={ICONS.settings} />
        ))}
      </div>
      <div style={row}>
        <Chip>text</Chip>
        <Chip tone="reference">Analyze ticket › customer_tier</Chip>
        <Chip tone="broken">Analyze ticket › confidnce</Chip>
        <Chip onRemove={() => {}}>status: failed</Chip>
      </div>
      <AvatarGroup
        max={3}
        people={['Ada Obi', 'Mina Kaur', 'Jo Tan', 'Lee Park', 'Sam Roy'].map((displayName) => ({
          userId: displayName,
          displayName,
        }))}
      />
      <div style={{ display: 'grid', gap: 8, inlineSize: 340 }}>
        {BADGE_TONES.map((tone) => (
          <Callout key={tone} tone={tone} title="Attempt 1 failed: 503 from the help desk">
            Retried after 1.2 s. 4 attempts left.
          </Callout>
        ))}
      </div>
      <div style={row}>
        {(Object.keys(ICONS) as IconName[]).map((name) => (
          <span key={name} title={name}>
            <Icon name={name} size={20} />
          </span>
        ))}
      </div>
    </>
  )
})

export const States = storyOf(function States() {
  const { toast } = useAnnouncer()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <EmptyState
        icon="play"
        title="No runs yet"
        description="Publish the workflow and run it."
        action={<Button variant="primary">Publish</Button>}
      />
      <ErrorState error={new TenonError('UNAVAILABLE', 'The server does not answer')} onRetry={() => {}} />
      <div style={{ inlineSize: 320 }}>
        <Skeleton lines={4} />
      </div>
      <div style={row}>
        <Button onClick={() => toast('Node deleted', { action: { label: 'Undo', onClick: () => {} } })}>Toast</Button>
        <Button onClick={() => setIsOpen(true)}>Dialog</Button>
      </div>
      <Dialog
        open={isOpen}
        onClose={() => setIsOpen(false)}
        title="Publish version 5"
        description="Active runs continue with their version."
        footer={
          <>
            <Button onClick={() => setIsOpen(false)}>Cancel</Button>
            <Button variant="primary" onClick={() => setIsOpen(false)}>
              Publish
            </Button>
          </>
        }
      >
        <Field label="Notes">
          <TextArea value="" onChange={() => {}} />
        </Field>
      </Dialog>
    </>
  )
})
