import '@tenon/editor/styles.css'
import './page.css'
import { createTenonClient } from '@tenon/core/client'
import { WorkflowEditor } from '@tenon/editor'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

const query = new URLSearchParams(location.search)
const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? ''
const client = createTenonClient({ baseUrl: location.origin, getToken: () => query.get('token') })

/** Widgets of the host's own, and two editors below them once they are asked for. */
function HostPage() {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <div className="host" data-host>
        <h1>Orders</h1>
        <p>
          Two automations of <a href="#orders">this page</a>.
        </p>
        <ul>
          <li>One</li>
          <li>Two</li>
        </ul>
        <input aria-label="Search orders" />
        <select aria-label="Year">
          <option>2030</option>
        </select>
        <button type="button" onClick={() => setIsOpen(true)}>
          Show automations
        </button>
      </div>
      {isOpen &&
        ['first', 'second'].map((name) => (
          <section key={name} className="automation" aria-label={`The ${name} automation`}>
            <WorkflowEditor client={client} workflowId={query.get(name) ?? ''} nonce={nonce} theme="light" />
          </section>
        ))}
    </>
  )
}

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <HostPage />
    </StrictMode>,
  )
}
