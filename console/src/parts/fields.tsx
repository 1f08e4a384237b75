import type { ReactNode } from 'react';
import { Field } from './form.tsx';

/** A line of text, as a member of what is sent. */
export const TextField = ({
  label,
  isLabelSeen = true,
  path,
  hint,
  value,
  onChange,
  isMono = false,
  isRequired = false,
  placeholder,
  list,
  onLeave,
}: {
  label: string;
  isLabelSeen?: boolean;
  path: string;
  hint?: ReactNode;
  value: string;
  onChange: (value: string) => void;
  isMono?: boolean;
  isRequired?: boolean;
  placeholder?: string;
  /** Id of a list of what could be written. */
  list?: string;
  onLeave?: () => void;
}) => (
  <Field label={label} isLabelSeen={isLabelSeen} path={path} hint={hint}>
    {(props) => (
      <input
        {...props}
        type="text"
        className={isMono ? 'mono' : undefined}
        required={isRequired}
        placeholder={placeholder}
        list={list}
        onBlur={onLeave}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    )}
  </Field>
);

/** A number, as a member of what is sent: the form is not sent while there is none. */
export const NumberField = ({
  label,
  path,
  hint,
  min,
  max,
  step,
  value,
  onChange,
}: {
  label: string;
  path: string;
  hint?: ReactNode;
  min: number;
  max: number;
  /** "any" for a fraction. */
  step?: 'any';
  value: number;
  onChange: (value: number) => void;
}) => (
  <Field label={label} path={path} hint={hint}>
    {(props) => (
      <input
        {...props}
        type="number"
        className="number"
        required
        min={min}
        max={max}
        step={step}
        value={Number.isNaN(value) ? '' : value}
        onChange={({ target }) => onChange(target.valueAsNumber)}
      />
    )}
  </Field>
);

/** One of a few, as a member of what is sent. */
export const ChoiceField = <Value extends string>({
  label,
  path,
  hint,
  value,
  options,
  onChange,
}: {
  label: string;
  path: string;
  hint?: ReactNode;
  value: Value;
  options: readonly (readonly [value: Value, label: string])[];
  onChange: (value: Value) => void;
}) => (
  <Field label={label} path={path} hint={hint}>
    {(props) => (
      <select {...props} value={value} onChange={({ target }) => onChange(target.value as Value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    )}
  </Field>
);

/** Yes or no. */
export const CheckField = ({
  label,
  hint,
  isChecked,
  onChange,
}: {
  label: string;
  hint?: ReactNode;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
}) => (
  <div className="field">
    <label className="check">
      <input type="checkbox" checked={isChecked} onChange={({ target }) => onChange(target.checked)} />
      {label}
    </label>
    {hint !== undefined && <span className="hint">{hint}</span>}
  </div>
);
