/** The look of the page. */
export const STYLE = `
body { font: 14px/1.4 system-ui, 'DejaVu Sans', sans-serif; color: #1a194d; background: #f8f8fb;
	max-width: 720px; margin: 24px auto; }
section { background: white; border: 1px solid #e8e8ed; border-radius: 10px; padding: 4px 24px 20px;
	margin: 16px 0; }
h1 { font-size: 22px }
h2, summary { font-size: 16px; font-weight: 600 }
summary { cursor: pointer; margin: 12px 0; font-size: 14px }
fieldset { border: 0; padding: 0; margin: 0; min-width: 0 }
fieldset fieldset { border-left: 2px solid #e8e8ed; padding-left: 16px }
legend { font-weight: 600; padding: 0 }
.form-group { margin: 10px 0 }
label { font-weight: 600; display: block }
.field-description, .help-block { margin: 2px 0 4px; color: #6b6b85; font-size: 13px }
.checkbox label, .radio label { font-weight: 400 }
input:not([type=checkbox]):not([type=radio]), select { font: inherit; box-sizing: border-box; width: 100%;
	padding: 8px 10px; border: 1px solid #d1d1db; border-radius: 6px; background: white }
.required { color: #d93025 }
.btn { font: inherit; border: 1px solid #d1d1db; border-radius: 6px; background: white; padding: 4px 10px }
.btn::after { content: 'Add' }
.btn i { display: none }
`;
