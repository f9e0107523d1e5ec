-- GET of the paths in the file named by PATHS, one after the other, each thread beginning elsewhere.
local paths, count = {}, 0
local begin = 0

function setup(thread)
  thread:set("begin", begin)
  begin = begin + 7919
end

function init(args)
  wrk.headers["X-Auth-Token"] = os.getenv("TOKEN")
  for line in io.lines(os.getenv("PATHS")) do
    count = count + 1
    paths[count] = wrk.format("GET", line)
  end
end

function request()
  begin = begin + 1
  return paths[begin % count + 1]
end
