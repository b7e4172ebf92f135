import { Link, useLocation, useRouter } from 'wouter'

/** Page for an address that the desk does not have, with a way back. */
export function NotFoundPage() {
  const { base } = useRouter()
  const [path] = useLocation()
  return (
    <div className="page">
      <header className="page-head">
        <h1>Page not found</h1>
      </header>
      <p className="page-wait">
        There is no page at <code>{base + path}</code>. Check the address.
      </p>
      <Link href="/" className="desk-button desk-back">
        Go to tickets
      </Link>
    </div>
  )
}
