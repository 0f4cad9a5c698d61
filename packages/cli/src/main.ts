process.stderr.write("landfall: no commands yet\n");
