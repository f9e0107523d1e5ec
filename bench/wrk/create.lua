-- POST of new images of every visibility a member may give, with a property and a tag.
local number = 0
local visibilities = {"private", "shared", "shared", "community"}

function init(args)
  wrk.headers["X-Auth-Token"] = os.getenv("TOKEN")
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  number = number + 1
  local body = string.format(
    '{"name":"image-%d","disk_format":"qcow2","container_format":"bare","visibility":"%s","tags":["t%d"],"os_distro":"debian"}',
    number, visibilities[number % 4 + 1], number % 100)
  return wrk.format("POST", "/v2/images", nil, body)
end
