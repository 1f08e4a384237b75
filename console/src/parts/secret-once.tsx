import { CopyText } from './copy-text.tsx';
import { Dialog } from './dialog.tsx';

/** A secret that nobody is shown again. */
export const SecretOnce = ({ title, secret, onClose }: { title: string; secret: string; onClose: () => void }) => (
  <Dialog title={title} onClose={onClose}>
    <p>It is shown this once. Hand it over before you close this.</p>
    <CopyText text={secret} what="the secret" />
    <div className="dialog-actions">
      <button type="button" className="button" onClick={onClose}>
        Close
      </button>
    </div>
  </Dialog>
);
