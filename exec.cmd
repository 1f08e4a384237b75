@rem Of the scripts in package.json: cmd.exe has no `exec`, and looks for it here.
@%*
