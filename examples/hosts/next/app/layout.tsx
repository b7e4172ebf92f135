import '@tenon/editor/styles.css'
import type { ReactNode } from 'react'

export const metadata = { title: 'Automations', icons: { icon: 'data:,' } }

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ margin: 0 }}>{children}</body>
    </html>
  )
}
